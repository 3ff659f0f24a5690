import { ApiProblem, problemOf } from '@linli/shared'
import type { Problem } from '@/api/client'
import { currentLanguage } from '@/i18n'

/** Send a file as the body of a request and tell how far it is (0 to 100). Refusals are thrown as ApiProblem. */
export function upload(
  path: string,
  query: Record<string, string>,
  file: File,
  onProgress: (percent: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `${path}?${new URLSearchParams(query)}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Accept-Language', currentLanguage())
    request.setRequestHeader('X-Linli-Request', '1')
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(Math.round((event.loaded / event.total) * 100))
    }
    request.onerror = () => reject(new ApiProblem('browser.unreachable', path, 0))
    request.onload = () => {
      if (request.status < 300) return resolve()
      reject(problemOf(request.status, refusalOf(request.responseText)))
    }
    request.send(file)
  })
}

function refusalOf(text: string): Problem | null {
  try {
    return JSON.parse(text) as Problem
  } catch {
    return null // not ours: a proxy's page. The status says enough.
  }
}
