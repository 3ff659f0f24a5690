import { computed } from 'vue'
import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import { useSession } from './useSession'

/** How this installation lets communities come about: created at once, or applied for and reviewed. */
export function useCreation() {
  const session = useSession()
  const mayCreate = computed(() => session.may('communities.apply'))
  const rule = useResource(async () =>
    mayCreate.value ? answer(api.GET('/api/console/community-creation')) : null,
  )
  /** Null while it is not known, and for those who make no communities. */
  const review = computed(() => rule.data.value?.review ?? null)
  return { review }
}
