const PAUSE = 250;

/** Filters the catalogue while one types: the same address as the form's, of which the results are taken over. */
export function filters(form, results) {
  let timer = 0;
  let running = null;
  const address = () => {
    const fields = [...new FormData(form)].filter(([, value]) => value !== "");
    const query = new URLSearchParams(fields).toString();
    return `${form.action}${query ? `?${query}` : ""}`;
  };
  const load = async () => {
    running?.abort();
    running = new AbortController();
    const wanted = address();
    try {
      const response = await fetch(wanted, { signal: running.signal, credentials: "same-origin" });
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("[data-results]");
      if (!fresh) return;
      results.querySelector(".result-count").replaceChildren(...fresh.querySelector(".result-count").childNodes);
      for (const old of [...results.children].slice(1)) old.remove();
      results.append(...[...fresh.children].slice(1));
      history.replaceState(null, "", wanted);
    } catch {
      // Overtaken by the next one, or no network: the button still works.
    }
  };
  const soon = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(load, pause);
  };
  form.addEventListener("input", (event) => soon(event.target.matches("select") ? 0 : PAUSE));
}
