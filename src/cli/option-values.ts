import { InvalidArgumentError } from 'commander'

/** Values of options, read from the command line. Each throws where the text is none. */
export function port(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535')
  return value
}

export function days(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 60)
    throw new InvalidArgumentError('days are a number from 1 to 60')
  return value
}

export function budget(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('a budget is a number above 0, such as 1 or 0.25')
  return value
}
