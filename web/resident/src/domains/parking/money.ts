export { showPlate } from '@linli/shared/phone'

/** Fen as people write yuan. */
export const yuan = (fen: number): string => (fen / 100).toFixed(2)
