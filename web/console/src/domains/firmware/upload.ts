import { ApiProblem } from '@linli/shared'
import { currentLanguage } from '@/i18n'

interface Refusal {
  code?: string
  message?: string
  field?: string | null
  requestId?: string | null
}

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
      reject(problemOf(request.status, request.responseText))
    }
    request.send(file)
  })
}

function problemOf(status: number, text: string): ApiProblem {
  let told: Refusal = {}
  try {
    told = JSON.parse(text) as Refusal
  } catch {
    // Not ours: a proxy's page. The status says enough.
  }
  const { code, message, field, requestId } = told
  return new ApiProblem(
    code ?? `http.${status}`,
    message ?? `HTTP ${status}`,
    status,
    field ?? null,
    requestId ?? null,
  )
}
