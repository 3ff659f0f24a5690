export const PASSWORD_MIN = 10

export interface TwicePassword {
  new: string
  again: string
}

export const isReady = (passwords: TwicePassword) =>
  passwords.new.length >= PASSWORD_MIN && passwords.again === passwords.new
