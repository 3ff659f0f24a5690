/** A photograph as the platform takes it: no side over 800 pixels, a JPEG well under 1 MB. Its base64, to send and to show. */
const SIDE = 800
const QUALITY = 0.9

export async function fitted(file: File): Promise<string> {
  const picture = await createImageBitmap(file)
  const frame = frameOf(picture, picture.width, picture.height)
  picture.close()
  return frame
}

/** The same of what a camera shows now. */
export function frameOf(source: CanvasImageSource, width: number, height: number): string {
  const scale = Math.min(1, SIDE / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/jpeg', QUALITY).split(',')[1] ?? ''
}

/** Whether pages get a camera here: browsers give none over plain HTTP, except on the machine itself. */
export const hasCamera = (): boolean => typeof navigator.mediaDevices?.getUserMedia === 'function'

/** A file as it is, in base64. */
export function whole(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onerror = () => reject(reader.error ?? new Error(file.name))
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '')
    reader.readAsDataURL(file)
  })
}
