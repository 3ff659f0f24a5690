/** Paths whose first view needs no texts beyond those of every page. */
export const OPEN = /^\/(login|setup|register|join|set-password|password)\b/

/**
 * Pages that are open all day → the rooms whose texts their first view needs; all other pages wait for all texts.
 * `tests/texts.test.ts` finds a room that a page uses and lacks here; the build tells the first visit of them.
 */
export const DAILY: Record<string, readonly string[]> = {
  overview: ['overview', 'doors'],
  residents: ['people', 'usergroups'],
  spaces: ['people', 'listimports'],
  visitors: ['visitors'],
  vehicles: ['vehicles'],
  doors: ['doors'],
  passes: ['doors'],
  'door-alarms': ['doors', 'history'],
  credentials: ['credentials', 'doors'],
  notices: ['notices'],
  communities: ['people'],
  employees: ['property'],
  devices: ['devices', 'doors'],
}

/** The rooms of a path's first view; undefined: all. */
export function roomsOf(path: string): readonly string[] | undefined {
  if (OPEN.test(path)) return []
  return DAILY[path === '/' ? 'overview' : path.replace(/^\/|\/$/g, '')]
}
