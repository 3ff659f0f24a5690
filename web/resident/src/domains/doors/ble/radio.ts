/** What this page uses of the browser's Bluetooth; the standard library of TypeScript does not know it. */

export interface Characteristic extends EventTarget {
  readonly properties: {
    readonly write: boolean
    readonly writeWithoutResponse: boolean
    readonly notify: boolean
    readonly indicate: boolean
  }
  readonly value?: DataView
  readValue(): Promise<DataView>
  writeValueWithResponse(value: BufferSource): Promise<void>
  writeValueWithoutResponse(value: BufferSource): Promise<void>
  startNotifications(): Promise<Characteristic>
}

export interface Gatt {
  readonly connected: boolean
  connect(): Promise<Gatt>
  disconnect(): void
  getPrimaryService(uuid: string): Promise<{ getCharacteristic(uuid: string): Promise<Characteristic> }>
}

export interface Device extends EventTarget {
  readonly name?: string
  readonly gatt?: Gatt
  watchAdvertisements?(options?: { signal?: AbortSignal }): Promise<void>
}

export interface Radio {
  getAvailability?(): Promise<boolean>
  requestDevice(options: {
    filters: { name: string }[]
    optionalServices: string[]
    optionalManufacturerData: number[]
  }): Promise<Device>
}

export interface Advertisement extends Event {
  readonly manufacturerData: ReadonlyMap<number, DataView>
}

/** `insecure`: the page came without HTTPS. `deaf`: the browser connects, but does not let pages hear advertisements. */
export type Support = 'yes' | 'insecure' | 'none' | 'deaf'

export function radioOf(browser: Navigator = navigator): Radio | undefined {
  return (browser as Navigator & { bluetooth?: Radio }).bluetooth
}

export function support(): Support {
  if (!window.isSecureContext) return 'insecure'
  if (!radioOf()) return 'none'
  const device = (window as unknown as { BluetoothDevice?: { prototype: object } }).BluetoothDevice
  return device && 'watchAdvertisements' in device.prototype ? 'yes' : 'deaf'
}
