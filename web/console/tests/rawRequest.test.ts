import { describe, expect, it } from 'vitest'
import { readRequest } from '@/domains/integrations/rawRequest'

describe('a pasted request', () => {
  it('is read from a raw HTTP message', () => {
    const request = readRequest(
      'POST /cloud/token?a=1 HTTP/1.1\r\nX-Ca-Key: 21\r\naccept: text/a, b:c\r\n\r\n{"id":"1"}',
    )
    expect(request).toEqual({
      method: 'POST',
      path: '/cloud/token?a=1',
      headers: [
        ['X-Ca-Key', '21'],
        ['accept', 'text/a, b:c'],
      ],
      body: '{"id":"1"}',
    })
  })

  it('is read from header lines alone', () => {
    expect(readRequest('x-ca-key: 21\nx-ca-nonce: n').headers).toHaveLength(2)
  })

  it('is read from a curl command with both quotes and continued lines', () => {
    const request = readRequest(
      `curl 'http://host:8080/a/b' \\\n  -H "x-ca-key: 2\\"1" \\\n  -H 'date: now' --data-binary '{"a":"it'\\''s"}'`,
    )
    expect(request).toEqual({
      method: 'POST',
      path: '/a/b',
      headers: [
        ['x-ca-key', '2"1'],
        ['date', 'now'],
      ],
      body: `{"a":"it's"}`,
    })
  })
})
