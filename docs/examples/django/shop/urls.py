"""Where the pages are. Signing in and out is Django's own."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from shop import views

urlpatterns = [
    path("", views.home, name="home"),
    path("buy", views.buy, name="buy"),
    path("thank-you", views.thank_you, name="thank_you"),
    path("sign-in", LoginView.as_view(template_name="sign_in.html"), name="login"),
    path("sign-out", LogoutView.as_view(), name="logout"),
]
