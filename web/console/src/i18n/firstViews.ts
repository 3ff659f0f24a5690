/** Paths whose first view needs no texts beyond those of every page; the same are in `public/early.js`. */
export const OPEN = /^\/(login|setup|register|join|set-password|password)\b/
/** Those that need the texts of the pages that are open all day besides. */
export const DAILY =
  /^\/(overview|residents|spaces|visitors|vehicles|doors|passes|door-alarms|credentials|notices|wall|screen)?$/
