/** 浙A·12345, as people write it; the ticket of a car without a plate stays as it is. */
export const showPlate = (plate: string): string =>
  /^[\u4e00-\u9fff][A-Z]/.test(plate) ? `${plate.slice(0, 2)}·${plate.slice(2)}` : plate
