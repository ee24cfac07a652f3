// What this page asks its server. The token comes once, behind the # of the first address, which
// browsers send nowhere; from then on a cookie that scripts cannot read stands for it.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(method, path, body, signal) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      signal,
      credentials: "same-origin",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw new Refused(0, "stopped");
    throw new Refused(0, "the server does not answer: is it still running?");
  }
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, told?.error?.message ?? `status ${answer.status}`);
  return told;
}

export const get = (path, values = {}) => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null) query.append(name, one);
  }
  const text = query.toString();
  return ask("GET", text ? `${path}?${text}` : path);
};
// A request that is aborted by its signal stops what the server runs for it.
export const post = (path, body = {}, signal = undefined) => ask("POST", path, body, signal);

export async function signIn(token) {
  await post("/session", { token });
}

export function tokenInAddress() {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (!found) return "";
  history.replaceState(null, "", location.pathname);
  return decodeURIComponent(found[1]);
}

// The events of a conversation, those to come included. A browser that lost the line asks again by
// itself, and says which event it saw last.
export function follow(id, onevent, onstate) {
  const source = new EventSource(`/api/talks/${encodeURIComponent(id)}/events`);
  source.onmessage = (message) => onevent(JSON.parse(message.data));
  source.onopen = () => onstate("");
  source.onerror = () =>
    onstate(source.readyState === EventSource.CLOSED ? "not connected: reload the page" : "connecting again …");
  return () => source.close();
}
