import { AppError } from '../errors.ts'
import type { Vault } from '../secrets.ts'

const seal = 'file:link'

/** The path at which whoever has it can read a kept file until `until`. */
export function fileLink(vault: Vault, file: { projectId: number; hash: string; until: Date }): string {
  const sealed = vault.seal(`${file.projectId} ${file.hash} ${file.until.getTime()}`, seal)
  return `/files/${sealed.replaceAll(':', '~')}`
}

/** What a link leads to. Throws `not_found` for one that is not ours, and `gone` for one whose time is over. */
export function readFileLink(vault: Vault, token: string, now: Date): { projectId: number; hash: string } {
  const [projectId, hash = '', until] = opened(vault, token).split(' ')
  if (Number(until) <= now.getTime()) throw new AppError('gone', 'The time of this link is over; ask for a new one.')
  return { projectId: Number(projectId), hash }
}

function opened(vault: Vault, token: string): string {
  try {
    return vault.open(token.replaceAll('~', ':'), seal)
  } catch (cause) {
    throw new AppError('not_found', 'This link leads nowhere.', { cause })
  }
}
