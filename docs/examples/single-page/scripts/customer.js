/** Who is signed in on this device. */

/** The customer's number, or null: the shop keeps no name or address here. */
export const customerId = () => localStorage.getItem("customer");

/** Here your shop's server checks who it is, and answers with the customer's number. */
export function signIn(email) {
  const user_id = "u-42";
  localStorage.setItem("customer", user_id);
  edgee.user({ user_id, properties: { email } });
}

/** The next event on this device is nobody's. */
export function signOut() {
  localStorage.removeItem("customer");
  edgee.reset();
}
