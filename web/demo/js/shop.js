// What every page has around its content.
import { askForConsent } from "./consent.js";
import { showDeveloperBar } from "./developer-bar.js";
import { showFooter } from "./footer.js";
import { showHeader } from "./header.js";

showHeader();
showFooter();
showDeveloperBar();
askForConsent();
