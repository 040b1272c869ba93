import { type CursorPosition, type RecordedChange, readChanges } from '../platform/changes.ts'
import type { Queryable } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'

export interface ProjectChanges {
  changes: RecordedChange[]
  position: CursorPosition
  /** More may be there at once. */
  more: boolean
}

const mostReads = 20

/**
 * Reads on in the log behind a place and keeps what belongs to the project and to the wanted kinds (`deal.*` and `*` are
 * understood; all when absent). It skips what belongs to others, within bounds: so nothing found may still mean more.
 */
export async function readProjectChanges(
  db: Queryable,
  projectId: number,
  kinds: string[] | undefined,
  after: CursorPosition,
  limit: number,
): Promise<ProjectChanges> {
  let position = after
  for (let reads = 0; reads < mostReads; reads++) {
    const read = await readChanges(db, position, limit)
    const changes = read.changes.filter((change) => change.projectId === projectId && isWanted(change.kind, kinds))
    position = read.position
    const more = read.changes.length === limit
    if (changes.length > 0 || !more) return { changes, position, more }
  }
  return { changes: [], position, more: true }
}

function isWanted(kind: string, kinds: string[] | undefined): boolean {
  if (!kinds) return true
  return kinds.some(
    (wanted) => wanted === '*' || wanted === kind || (wanted.endsWith('.*') && kind.startsWith(wanted.slice(0, -1))),
  )
}

/** A place in the log as the outside holds it. */
export function placeOf(position: CursorPosition): string {
  return `${position.xact}-${position.changeId}`
}

const greatestXact = 2n ** 64n - 1n

/** Reads such a place; `name` is what the caller calls it. Throws `invalid`. */
export function readPlace(text: string, name: string): CursorPosition {
  const match = text.match(/^(\d{1,20})-(\d{1,15})$/)
  if (!match || BigInt(match[1]!) > greatestXact)
    throw new AppError(
      'invalid',
      `${name} is "${text.slice(0, 60)}"; expected one that was received here, such as 4711-25.`,
    )
  return { xact: match[1]!, changeId: Number(match[2]) }
}
