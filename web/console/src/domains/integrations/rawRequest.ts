/** A request as people paste it: a raw HTTP message, header lines alone, or a curl command. */
export interface PastedRequest {
  method: string
  path: string
  headers: [name: string, value: string][]
  body: string
}

const REQUEST_LINE = /^(GET|POST|PUT|DELETE)\s+(\S+)(?:\s+HTTP\/[\d.]+)?\s*$/i

export function readRequest(text: string): PastedRequest {
  return /^\s*curl\b/.test(text) ? readCurl(text) : readMessage(text)
}

function readMessage(text: string): PastedRequest {
  const request: PastedRequest = { method: 'POST', path: '', headers: [], body: '' }
  const lines = text.replace(/\r\n/g, '\n').replace(/^\n+/, '').split('\n')
  let index = 0
  const first = REQUEST_LINE.exec(lines[0] ?? '')
  if (first) {
    request.method = first[1]!.toUpperCase()
    request.path = pathOf(first[2]!)
    index = 1
  }
  for (; index < lines.length; index++) {
    const line = lines[index]!
    if (line.trim() === '') break
    const colon = line.indexOf(':')
    if (colon > 0) request.headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()])
  }
  request.body = lines.slice(index + 1).join('\n')
  return request
}

function readCurl(text: string): PastedRequest {
  const request: PastedRequest = { method: '', path: '', headers: [], body: '' }
  const words = shellWords(text)
  for (let index = 1; index < words.length; index++) {
    const word = words[index]!
    if (word === '-H' || word === '--header') {
      const header = words[++index] ?? ''
      const colon = header.indexOf(':')
      if (colon > 0) request.headers.push([header.slice(0, colon).trim(), header.slice(colon + 1).trim()])
    } else if (word === '-X' || word === '--request') {
      request.method = (words[++index] ?? '').toUpperCase()
    } else if (/^(-d|--data(-raw|-binary|-ascii)?)$/.test(word)) {
      request.body = words[++index] ?? ''
    } else if (/^https?:\/\//.test(word)) {
      request.path = pathOf(word)
    }
  }
  request.method ||= request.body ? 'POST' : 'GET'
  return request
}

/** Words of a POSIX shell line: quotes and backslashes understood, nothing expanded. */
function shellWords(text: string): string[] {
  const words: string[] = []
  let word = ''
  let open = false
  let quote = ''
  for (let index = 0; index < text.length; index++) {
    const char = text[index]!
    if (quote === "'") {
      if (char === "'") quote = ''
      else word += char
    } else if (char === '\\') {
      const next = text[++index] ?? ''
      if (next !== '\n') word += quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next
    } else if (quote === '"') {
      if (char === '"') quote = ''
      else word += char
    } else if (char === '"' || char === "'") {
      quote = char
      open = true
    } else if (/\s/.test(char)) {
      if (word || open) words.push(word)
      word = ''
      open = false
    } else {
      word += char
    }
  }
  if (word || open) words.push(word)
  return words
}

function pathOf(target: string): string {
  if (!/^https?:\/\//.test(target)) return target
  const url = new URL(target)
  return url.pathname + url.search
}
