// Sending forms to the portal. A refusal has a sentence; a line that is down has none.

export class Refused extends Error {}

function token(form) {
  const found = document.cookie.match(/(?:^|;\s*)(?:__Host-)?csrftoken=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : form?.querySelector("[name=csrfmiddlewaretoken]")?.value;
}

export async function post(url, values, form) {
  const body = new URLSearchParams(values);
  body.delete("csrfmiddlewaretoken"); // the cookie’s is newer
  const answer = await fetch(url, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token(form ?? document) },
    signal: AbortSignal.timeout(8000),
  });
  if (answer.status >= 500) throw new Error(answer.status);
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (!answer.ok || !isJson) {
    const tooOld = "This page is too old. Copy your text, then reload the page.";
    throw new Refused(isJson ? (await answer.json()).error : tooOld);
  }
  return answer.json();
}
