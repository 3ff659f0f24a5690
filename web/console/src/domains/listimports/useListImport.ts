import { onScopeDispose, shallowRef } from 'vue'
import { useAction } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ListImport = components['schemas']['ListImport']
export type ListKind = 'vehicles' | 'employees'

const POLL_MS = 700

/** Workbooks of one list: tried, applied, followed while they wait, taken back. */
export function useListImport(communityId: () => string, kind: ListKind) {
  const current = shallowRef<ListImport | null>(null)
  let gone = false
  onScopeDispose(() => (gone = true))
  const at = () => ({ community_id: Number(communityId()) })
  const of = (id: string) => ({ params: { path: { ...at(), import_id: Number(id) } } })

  function send(file: File) {
    const form = new FormData()
    form.append('file', file)
    const sent = {
      params: { path: at(), query: { dryRun: true } },
      body: { file: file.name },
      bodySerializer: () => form,
    }
    return kind === 'vehicles'
      ? api.POST('/api/console/communities/{community_id}/vehicles/import', sent)
      : api.POST('/api/console/communities/{community_id}/employees/import', sent)
  }
  const ask = (id: string) =>
    kind === 'vehicles'
      ? api.GET('/api/console/communities/{community_id}/vehicles/imports/{import_id}', of(id))
      : api.GET('/api/console/communities/{community_id}/employees/imports/{import_id}', of(id))
  const carryOut = (id: string, goodOnly: boolean) => {
    const how = { params: { ...of(id).params, query: { goodOnly } } }
    return kind === 'vehicles'
      ? api.POST('/api/console/communities/{community_id}/vehicles/imports/{import_id}/apply', how)
      : api.POST('/api/console/communities/{community_id}/employees/imports/{import_id}/apply', how)
  }
  const takeBack = (id: string) =>
    kind === 'vehicles'
      ? api.POST('/api/console/communities/{community_id}/vehicles/imports/{import_id}/undo', of(id))
      : api.POST('/api/console/communities/{community_id}/employees/imports/{import_id}/undo', of(id))

  async function follow(started: ListImport): Promise<ListImport> {
    current.value = started
    while (current.value.state === 'waiting' && !gone) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      current.value = await answer(ask(current.value.id))
    }
    return current.value
  }

  const check = useAction(async (file: File) => {
    current.value = null
    return follow(await answer(send(file)))
  })
  const apply = useAction(async (id: string, goodOnly: boolean) =>
    follow(await answer(carryOut(id, goodOnly))),
  )
  const undo = useAction(async (id: string) => (current.value = await answer(takeBack(id))))
  const reportUrl = (id: string) =>
    `/api/console/communities/${communityId()}/${kind}/imports/${id}/report.xlsx`
  return { current, check, apply, undo, reportUrl }
}
