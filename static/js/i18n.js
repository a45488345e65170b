// Sentences of the scripts. gettext() and friends are named as Django's makemessages (djangojs) looks for them;
// where the page offers no catalogue, they are English.

const catalogue = globalThis.django;

export const gettext = (text) => catalogue?.gettext?.(text) ?? text;
export const ngettext = (one, many, count) => catalogue?.ngettext?.(one, many, count) ?? (count === 1 ? one : many);

/** "%(name)s" in a sentence becomes values.name. */
export const interpolate = (sentence, values) => sentence.replace(/%\((\w+)\)s/g, (_, key) => String(values[key] ?? ""));

/** 12 MB, 340 KB */
export function bytes(count) {
  const units = ["B", "KB", "MB", "GB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) { count /= 1024; unit += 1; }
  return `${count >= 10 || unit === 0 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

/** "about 20 s", "about 3 min" */
export function about(seconds) {
  if (seconds < 90) return interpolate(gettext("about %(n)s s"), { n: Math.max(1, seconds < 10 ? Math.round(seconds) : Math.round(seconds / 5) * 5) });
  if (seconds < 5400) return interpolate(gettext("about %(n)s min"), { n: Math.round(seconds / 60) });
  return interpolate(gettext("about %(n)s h"), { n: (seconds / 3600).toFixed(1) });
}

/** 00:14:05 */
export const clock = (seconds) => [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
