export { showPlate } from '@linli/shared/phone'

/** An amount in yuan, as people write it. */
export const yuan = (fen: number): string => (fen / 100).toFixed(2)

/** Fen of what somebody typed as yuan; null: it is no amount. */
export function fenOf(text: string): number | null {
  const typed = text.trim().replace('。', '.')
  return /^\d{1,6}(\.\d{1,2})?$/.test(typed) ? Math.round(Number(typed) * 100) : null
}
