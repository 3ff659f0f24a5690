/** What the console's API answers when it refuses: words in the caller's language, and the field at fault if one is. */
export class ApiProblem extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly field: string | null = null,
    readonly requestId: string | null = null,
    /** What a page may need beyond words, e.g. `seconds` to wait. */
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
    this.name = 'ApiProblem'
  }

  /** True when no answer came at all: the server is down, or this machine is off the network. */
  get unreachable(): boolean {
    return this.status === 0
  }
}

/** The fields of a refusal's body; the documents of the servers' APIs call it `Problem`. */
export type Refusal = Pick<ApiProblem, 'code' | 'message' | 'field' | 'requestId'> &
  Partial<Pick<ApiProblem, 'facts'>>

/** A refusal as it came; `refusal` is null where the body is not ours, such as a proxy's page. */
export function problemOf(status: number, refusal: Partial<Refusal> | null): ApiProblem {
  return new ApiProblem(
    refusal?.code ?? `http.${status}`,
    refusal?.message ?? `HTTP ${status}`,
    status,
    refusal?.field ?? null,
    refusal?.requestId ?? null,
    refusal?.facts,
  )
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  return new ApiProblem('browser.unexpected', error instanceof Error ? error.message : String(error), -1)
}
