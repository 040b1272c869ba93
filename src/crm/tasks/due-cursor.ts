import { AppError } from '../../platform/errors.ts'
import type { Task } from './task.ts'

/** A place in a list that is sorted by the moment that tasks are due, and then by number. */
export interface DueCursor {
  /** Null behind all that are due at some moment. */
  due: Date | null
  id: number
}

/** The place of a task. */
export function dueCursor({ dueAt, id }: Pick<Task, 'dueAt' | 'id'>): string {
  return Buffer.from(`${dueAt?.getTime() ?? 'never'}/${id}`).toString('base64url')
}

/** Reads such a place. Throws `invalid`. */
export function readDueCursor(cursor: string): DueCursor {
  const match = /^(-?\d{1,16}|never)\/(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString())
  const due = match?.[1] === 'never' ? null : new Date(Number(match?.[1]))
  if (!match || Number.isNaN(due?.getTime() ?? 0)) {
    const advice = 'pass nextCursor of the page before, with the same sort, or none for the first page'
    throw new AppError('invalid', `cursor is not one of a list sorted by due; ${advice}.`)
  }
  return { due, id: Number(match[2]) }
}
