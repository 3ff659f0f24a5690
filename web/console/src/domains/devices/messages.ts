import type { Tone } from '@linli/shared'
import { choices, fieldsOf, numberSpecs, type DataType, type Param, type ThingModel } from './thingModel'
import type { MessageRow } from './useDevices'

const TONES: Record<string, Tone> = {
  handled: 'ok',
  answered: 'ok',
  waiting: 'busy',
  sent: 'busy',
  parked: 'bad',
  refused: 'bad',
  timed_out: 'warn',
  offline: 'warn',
}
export const messageTone = (state: string): Tone => TONES[state] ?? 'idle'

/** Id and code of a device's reply; both empty when it is none. */
export function readReply(text: string): { id: string; code: number | null } {
  try {
    const reply = JSON.parse(text) as { id?: unknown; code?: unknown }
    return { id: String(reply.id ?? ''), code: reply.code === undefined ? null : Number(reply.code) }
  } catch {
    return { id: '', code: null }
  }
}

export interface Meaning {
  name: string
  identifier: string
  value: string
}

/** What a message says, by the names, labels and units of the thing model. Empty for bytes of the device's own format. */
export function meaningOf(row: MessageRow, model: ThingModel): Meaning[] {
  let body: unknown
  try {
    body = JSON.parse(row.payload)
  } catch {
    return []
  }
  const message = body as Record<string, unknown> | null
  const values =
    message && typeof message === 'object' && !Array.isArray(message)
      ? (message.params ?? message.data ?? message)
      : message
  return flat(values, '', paramsOf(row, model))
}

function paramsOf(row: MessageRow, model: ThingModel): Param[] {
  const typed = (list: (Param | string)[] | undefined) =>
    (list ?? []).filter((param): param is Param => typeof param !== 'string')
  const service = model.services.find((service) => service.identifier === row.identifier)
  if (row.kind === 'event')
    return typed(model.events.find((event) => event.identifier === row.identifier)?.outputData)
  if (row.kind === 'service_reply') return typed(service?.outputData)
  if (row.kind === 'call') return typed(service?.inputData)
  return model.properties
}

function flat(value: unknown, path: string, params: readonly Param[], param?: Param): Meaning[] {
  // {"value": …, "time": …} wraps a value; the path tells it as it is on the wire.
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).flatMap(([key, inner]) => {
      const deeper = path ? `${path}.${key}` : key
      const wraps = key === 'value' && (param !== undefined || path === '')
      const child = wraps ? param : childOf(param, key, params, path === '' || path === 'value')
      return flat(inner, deeper, params, child)
    })
  }
  return [{ name: param?.name ?? '', identifier: path || '–', value: worded(param?.dataType, value) }]
}

function childOf(
  param: Param | undefined,
  key: string,
  params: readonly Param[],
  top: boolean,
): Param | undefined {
  if (param?.dataType.type === 'struct')
    return fieldsOf(param.dataType).find((field) => field.identifier === key)
  if (param?.dataType.type === 'array') {
    const item = (param.dataType.specs as { item?: DataType } | undefined)?.item
    return item && { ...param, dataType: item }
  }
  return top ? params.find((item) => item.identifier === key) : undefined
}

function worded(dataType: DataType | undefined, value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (dataType?.type === 'enum' || dataType?.type === 'bool') {
    const label = choices(dataType).find((choice) => choice.value === Number(value))?.label
    return label ? `${label} (${String(value)})` : String(value)
  }
  if (dataType?.type === 'date' && /^\d+$/.test(String(value))) return new Date(Number(value)).toISOString()
  const unit = dataType ? numberSpecs(dataType).unit : undefined
  return unit && typeof value === 'number' ? `${value} ${unit}` : String(value)
}
