import { useAction } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { fileBody, useFollowed } from './followed'

export type ListImport = components['schemas']['ListImport']
export type ListKind = 'vehicles' | 'employees' | 'cameras'
/** All lists have the same routes with the same types: those of vehicles stand for each. */
const at = <Path extends string>(path: Path, kind: ListKind) =>
  path.replace('/vehicles/', `/${kind}/`) as Path

/** Workbooks of one list: tried, applied, followed while they wait, taken back. */
export function useListImport(communityId: () => string, kind: ListKind) {
  const place = () => ({ community_id: Number(communityId()) })
  const of = (id: string) => ({ path: { ...place(), import_id: Number(id) } })
  const { current, follow } = useFollowed((id) =>
    answer(
      api.GET(at('/api/console/communities/{community_id}/vehicles/imports/{import_id}', kind), {
        params: of(id),
      }),
    ),
  )
  const check = useAction(async (file: File) => {
    current.value = null
    const sent = api.POST(at('/api/console/communities/{community_id}/vehicles/import', kind), {
      params: { path: place(), query: { dryRun: true } },
      ...fileBody(file),
    })
    return follow(await answer(sent))
  })
  const apply = useAction(async (id: string, goodOnly: boolean) => {
    const sent = api.POST(
      at('/api/console/communities/{community_id}/vehicles/imports/{import_id}/apply', kind),
      { params: { ...of(id), query: { goodOnly } } },
    )
    return follow(await answer(sent))
  })
  const undo = useAction(async (id: string) => {
    const sent = api.POST(
      at('/api/console/communities/{community_id}/vehicles/imports/{import_id}/undo', kind),
      {
        params: of(id),
      },
    )
    return (current.value = await answer(sent))
  })
  const reportUrl = (id: string) =>
    `/api/console/communities/${communityId()}/${kind}/imports/${id}/report.xlsx`
  return { current, check, apply, undo, reportUrl }
}
