import type { Custom, EdgeFormFault } from './useBoxDevices'

/** What stands in a field, as text. */
export const textOf = (custom: Custom | undefined, key: string, otherwise = '') => {
  const value = custom?.[key]
  return value === undefined || value === null ? otherwise : String(value)
}

/** A whole number where it is one; else what was typed, for the platform to judge. */
export const numberOf = (text: string): number | string | undefined => {
  const plain = text.trim()
  if (!plain) return undefined
  return /^-?\d+$/.test(plain) ? Number(plain) : plain
}

/** Fields that say something. */
export const filled = (values: Custom): Custom =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''))

/** The first fault of a field; `position` of the device among several. */
export const faultOf = (faults: readonly EdgeFormFault[], field: string, position?: number) =>
  faults.find((fault) => fault.field === field && (position === undefined || fault.position === position))
    ?.message ?? ''
