export interface DraftGroup {
  text: string
  uploadId: string
  pictureUrl: string
}

export interface Target {
  id: string
  name: string
}

/** A notice while it is written. */
export interface Draft {
  title: string
  type: number
  isTop: boolean
  speaker: boolean
  groups: DraftGroup[]
  /** None: the whole community. */
  targets: Target[]
}

export const emptyGroup = (): DraftGroup => ({ text: '', uploadId: '', pictureUrl: '' })

export const emptyDraft = (): Draft => ({
  title: '',
  type: 6,
  isTop: false,
  speaker: true,
  groups: [emptyGroup()],
  targets: [],
})

let chosen: Target[] = []
/** Where the next new notice goes: houses that were chosen in another list. Taken once. */
export const startFor = (targets: Target[]): void => void (chosen = targets)
export function takeChosen(): Target[] {
  const targets = chosen
  chosen = []
  return targets
}

const STORED = 'linli.notice.'

export const draftKey = (communityId: string, id: string) => `${STORED}${communityId}.${id || 'new'}`

/** What was typed and never saved; null when there is nothing worth going on with. */
export function keptDraft(key: string): Draft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null
    return kept && (kept.title || kept.groups.some((group) => group.text)) ? kept : null
  } catch {
    return null
  }
}

export function keepDraft(key: string, draft: Draft | null): void {
  try {
    if (draft) localStorage.setItem(key, JSON.stringify(draft))
    else localStorage.removeItem(key)
  } catch {
    // A browser without storage keeps nothing; the form still works.
  }
}

/** Whoever uses this browser next shall not read what somebody else was writing. */
export function forgetDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(STORED)) localStorage.removeItem(key)
}
