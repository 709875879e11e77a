// What every example in JavaScript begins with: a token, and calls that carry it. Node 18 or later.

export const { URL: portal, CLIENT_ID, CLIENT_SECRET } = process.env;

/** The answer, or an error that tells what the portal said. */
export async function checked(answer) {
  const response = await answer;
  if (!response.ok) {
    const said = (await response.text()) || response.headers.get("Accusoft-Status-Message");
    throw new Error(`${response.status}: ${said}`);
  }
  return response;
}

/** Calls with a token, good for up to an hour: ask once and keep it. */
export async function signedIn() {
  const pair = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString("base64");
  const granted = await checked(
    fetch(`${portal}/o/token/`, {
      method: "POST",
      headers: { Authorization: `Basic ${pair}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    }),
  );
  const { access_token } = await granted.json();
  return (path, { headers, ...options } = {}) =>
    checked(
      fetch(portal + path, {
        ...options,
        headers: { Authorization: `Bearer ${access_token}`, ...headers },
      }),
    );
}

/** The options of a call that sends JSON. */
export const json = (value) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});
