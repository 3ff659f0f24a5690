import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Certificate = components['schemas']['CertificateRow']

const TONES: Record<string, Tone> = {
  submitted: 'warn',
  testing: 'busy',
  approved: 'ok',
  refused: 'bad',
  withdrawn: 'idle',
}
export const certificateTone = (state: string): Tone => TONES[state] ?? 'idle'
export const STATES = Object.keys(TONES)

const of = (id: string) => ({ params: { path: { certificate_id: Number(id) } } })

/** The company's own; `lab`: those of all companies. */
export function useCertificates(lab: boolean, state: ListState, wanted: () => string) {
  return useResource(() => {
    const query = { state: wanted(), pageNo: state.page.value, pageSize: state.size.value }
    return lab
      ? answer(api.GET('/api/console/edge/certificate-reviews', { params: { query } }))
      : answer(api.GET('/api/console/edge/certificates', { params: { query } }))
  }, [state.page, state.size, wanted])
}

export const useCertificate = (lab: boolean, id: () => string) =>
  useResource(
    () =>
      lab
        ? answer(api.GET('/api/console/edge/certificate-reviews/{certificate_id}', of(id())))
        : answer(api.GET('/api/console/edge/certificates/{certificate_id}', of(id()))),
    [id],
  )

export function useCertificateActions(reload: () => Promise<unknown>) {
  const after = <A extends unknown[]>(act: (...args: A) => Promise<unknown>) =>
    useAction(async (...args: A) => {
      await act(...args)
      await reload()
      return true
    })
  return {
    handIn: after((report: File, brand: string, model: string, note: string) => {
      const body = new FormData()
      body.append('report', report)
      for (const [name, value] of Object.entries({ brand, model, note })) body.append(name, value)
      return answer(
        api.POST('/api/console/edge/certificates', {
          body: body as unknown as { report: string; brand: string; model: string },
          bodySerializer: (form: unknown) => form as FormData,
        }),
      )
    }),
    withdraw: after((id: string) =>
      api.POST('/api/console/edge/certificates/{certificate_id}/withdraw', of(id)),
    ),
    decide: after((id: string, state: string, reason: string) =>
      api.POST('/api/console/edge/certificate-reviews/{certificate_id}', {
        ...of(id),
        body: { state, reason },
      }),
    ),
  }
}
