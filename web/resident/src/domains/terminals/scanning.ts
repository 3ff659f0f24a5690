/** Reading QR codes with the phone's camera, in browsers that can. */
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}
declare global {
  interface Window {
    BarcodeDetector?: new (options: { formats: string[] }) => Detector
  }
}

export const canScan = (): boolean =>
  window.BarcodeDetector !== undefined && navigator.mediaDevices !== undefined

const EVERY_MS = 250

/** Looks until a code is read or `stopped()`; null: stopped. Throws when there is no camera, or it may not be used. */
export async function scan(video: HTMLVideoElement, stopped: () => boolean): Promise<string | null> {
  if (!window.BarcodeDetector) return null
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  try {
    video.srcObject = stream
    await video.play()
    const detector = new window.BarcodeDetector({ formats: ['qr_code'] })
    while (!stopped()) {
      const [barcode] = await detector.detect(video)
      if (barcode?.rawValue) return barcode.rawValue
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
    return null
  } finally {
    stream.getTracks().forEach((track) => track.stop())
  }
}
