const OFFLINE = "The server cannot be reached. Check your network and try again.";
const ODD = "The server did not answer as expected. Try again in a moment.";

/** What the server calls troubles of the sandbox: without it there is still a pack. */
const OF_THE_SANDBOX = new Set(["not-ready", "engine-down", "timeout"]);

/** What went wrong, out of an answer that is no pack: a sentence, and whether leaving the sandbox out can help. */
export async function refusal(response) {
  const data = await response.json().catch(() => null);
  return { message: data?.error?.message ?? ODD, without: OF_THE_SANDBOX.has(data?.error?.code) };
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the blob after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Makes the pack without leaving the page, so that there is something to see while it takes its seconds. */
export function packForm(form) {
  const [status, problem, without] = ["status", "problem", "without"].map((part) => form.querySelector(`[data-pack-${part}]`));
  const buttons = form.querySelectorAll("button");

  const show = (working, words = "", trouble = "") => {
    form.ariaBusy = String(working);
    // Not disabled: the focus would be lost.
    buttons.forEach((button) => button.setAttribute("aria-disabled", String(working)));
    status.textContent = words;
    problem.textContent = trouble;
    problem.hidden = !trouble;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    const body = new FormData(form, event.submitter);
    show(true, "Packing. This takes some seconds…");
    let response;
    try {
      response = await fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" } });
      if (response.ok && !response.redirected) {
        save(await response.blob(), form.dataset.file);
        show(false, `Done: ${form.dataset.file} is among your downloads.`);
        return;
      }
    } catch {
      show(false, "", OFFLINE);
      return;
    }
    const { message, without: help } = await refusal(response);
    without.hidden = !help;
    show(false, "", message);
  });
}
