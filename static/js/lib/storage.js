/** Preferences of this browser. Storage may be forbidden or full: then they last as long as the page. */

const memory = new Map();

function area(kind) {
  try {
    return kind === "session" ? window.sessionStorage : window.localStorage;
  } catch {
    return null;
  }
}

export function recall(key, fallback = null, kind = "local") {
  try {
    return area(kind)?.getItem(`drydock.${key}`) ?? memory.get(key) ?? fallback;
  } catch {
    return memory.get(key) ?? fallback;
  }
}

export function remember(key, value, kind = "local") {
  memory.set(key, String(value));
  try {
    area(kind)?.setItem(`drydock.${key}`, String(value));
  } catch {
    // Kept in memory above.
  }
}
