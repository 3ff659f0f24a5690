import { reactive } from 'vue'
import { DIRECTIONS, PROTOCOLS, STATUSES, type CameraRow } from './useCameras'

/** What a form says of a camera, its place and password aside. */
export const formOf = (was: CameraRow | null) =>
  reactive({
    name: was?.name ?? '',
    brand: was?.brand ?? '',
    productModel: was?.productModel ?? '',
    resolution: was?.resolution ?? '',
    protocol: was?.protocol ?? null,
    ip: was?.ip ?? '',
    port: was?.port ?? null,
    nvrIp: was?.nvrIp ?? '',
    channel: was?.channel ?? '',
    url: was?.url ?? '',
    username: was?.username ?? '',
    groupName: was?.groupName ?? '',
    status: (was?.status ?? 1) as number | null,
    address: was?.address ?? '',
    direction: was?.direction ?? null,
    longitude: was?.longitude ?? null,
    latitude: was?.latitude ?? null,
    installedOn: was?.installedOn || null,
    manager: was?.manager ?? '',
    managerPhone: was?.managerPhone ?? '',
    remark: was?.remark ?? '',
  })
export type Form = ReturnType<typeof formOf>
type NamesOf<Value> = { [Name in keyof Form]: Form[Name] extends Value ? Name : never }[keyof Form]
type TextName = { [Name in keyof Form]: Form[Name] extends string ? Name : never }[keyof Form]
type NumberName = Exclude<NamesOf<number | null>, TextName>

export interface TextLine {
  kind: 'text'
  name: TextName
  label: string
  most: number
  help?: string
  placeholder?: string
  lines?: number
}
export interface NumberLine {
  kind: 'number'
  name: NumberName
  label: string
  low: number
  high: number
}
export interface ChoiceLine {
  kind: 'choice'
  name: NumberName
  label: string
  texts: 'protocols' | 'statuses' | 'directions'
  choices: readonly number[]
  required?: boolean
}
export type Line = TextLine | NumberLine | ChoiceLine

const text = (name: TextName, label: string, most: number, more: Partial<TextLine> = {}): TextLine => ({
  kind: 'text',
  name,
  label,
  most,
  ...more,
})
const number = (name: NumberName, label: string, low: number, high: number): NumberLine => ({
  kind: 'number',
  name,
  label,
  low,
  high,
})
const choice = (
  name: NumberName,
  label: string,
  texts: ChoiceLine['texts'],
  choices: readonly number[],
  required = false,
): ChoiceLine => ({ kind: 'choice', name, label, texts, choices, required })

export const ABOUT: readonly Line[] = [
  text('name', 'cameras.name', 64),
  text('groupName', 'cameras.group', 32),
  text('brand', 'cameras.brand', 32),
  text('productModel', 'cameras.model', 64),
  text('resolution', 'cameras.resolution', 32, { placeholder: '1920x1080' }),
  choice('status', 'cameras.status', 'statuses', STATUSES, true),
]
export const REACHED: readonly Line[] = [
  choice('protocol', 'cameras.protocol', 'protocols', PROTOCOLS),
  text('channel', 'cameras.channel', 16),
  text('ip', 'cameras.ip', 253, { placeholder: '192.168.1.64' }),
  number('port', 'cameras.port', 1, 65535),
]
export const STREAM: readonly Line[] = [
  text('nvrIp', 'cameras.nvr', 253),
  text('url', 'cameras.url', 512, { help: 'cameras.urlHelp', placeholder: 'rtsp://192.168.1.64:554/ch1' }),
]
export const USER: readonly Line[] = [text('username', 'cameras.username', 64)]
export const ADDRESS: readonly Line[] = [text('address', 'cameras.address', 128)]
export const DIRECTION: readonly Line[] = [choice('direction', 'cameras.direction', 'directions', DIRECTIONS)]
export const POSITION: readonly Line[] = [
  number('longitude', 'cameras.longitude', -180, 180),
  number('latitude', 'cameras.latitude', -90, 90),
]
export const CARE: readonly Line[] = [
  text('manager', 'cameras.manager', 32),
  text('managerPhone', 'cameras.managerPhone', 24),
]
export const REMARK: readonly Line[] = [text('remark', 'cameras.remark', 500, { lines: 2 })]
