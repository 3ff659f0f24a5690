/*
 * Terms of the search. Chinese has no spaces: a run of Han characters is searched by its pairs. Both functions are written
 * into the built pages as they stand, so they use nothing outside of themselves.
 */

/** What a text is found by: its words in small letters; of Chinese each pair, and the last character alone. */
export function indexTerms(text: string): string[] {
  const runs = text.toLowerCase().match(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu) ?? []
  return runs.flatMap((run) => {
    if (!/^\p{Script=Han}/u.test(run)) return [run]
    const characters = Array.from(run)
    return characters.map((one, index) => one + (characters[index + 1] ?? ''))
  })
}

/** What somebody asks for: words in small letters; of Chinese each pair, and a single character as it stands. */
export function queryTerms(text: string): string[] {
  const runs = text.toLowerCase().match(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu) ?? []
  return runs.flatMap((run) => {
    const characters = Array.from(run)
    if (!/^\p{Script=Han}/u.test(run) || characters.length === 1) return [run]
    return characters.slice(1).map((one, index) => characters[index]! + one)
  })
}
