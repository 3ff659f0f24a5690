/** Characters that hide in a string to sign, made visible. */
export function visible(text: string): string {
  return text.replaceAll('\r', '␍').replaceAll('\t', '⇥').replaceAll('\u00A0', '⍽').replaceAll('\n', '↵\n')
}

/** The text cut at a byte offset of its UTF-8 form: what agrees, the character that differs, the rest. */
export function cutAt(text: string, byteOffset: number | null): [before: string, at: string, after: string] {
  if (byteOffset === null) return [text, '', '']
  let bytes = 0
  let index = 0
  for (const char of text) {
    const size = new TextEncoder().encode(char).length
    if (bytes + size > byteOffset) return [text.slice(0, index), char, text.slice(index + char.length)]
    bytes += size
    index += char.length
  }
  return [text, '', '']
}

export interface Place {
  line: number
  column: number
}

/** Line and column, from 1, of the end of `before`. */
export function placeOf(before: string): Place {
  const lines = before.split('\n')
  return { line: lines.length, column: [...lines.at(-1)!].length + 1 }
}
