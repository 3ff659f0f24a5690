export const PASSWORD_MIN = 10

export interface TwicePassword {
  new: string
  again: string
}

export const isReady = (said: TwicePassword) => said.new.length >= PASSWORD_MIN && said.again === said.new
