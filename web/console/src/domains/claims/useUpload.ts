import { answer, api } from '@/api/client'

/** Hand in a picture; its uploadId. */
export async function uploadPicture(file: File): Promise<string> {
  const form = new FormData()
  form.append('file', file)
  const sent = await answer(
    api.POST('/api/console/uploads', { body: { file: file.name }, bodySerializer: () => form }),
  )
  return sent.uploadId
}
