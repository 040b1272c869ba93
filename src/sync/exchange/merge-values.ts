import type { CrmValue } from '../crm.ts'
import type { Direction } from '../mapping/mapping.ts'
import { isAlike, isCutFrom, isSame, listOf, union, without } from './same-value.ts'
import type { Shadow } from './shadow.ts'

/** Values by key of the field there; labels as `tags`. Of ours, what is absent is not known there: nothing is said of it. */
export type Values = Record<string, CrmValue>

/** Which way each key goes; keys that are not named are left alone. */
export type Directions = ReadonlyMap<string, Direction>

/** What both sides are now. */
export interface Sides {
  directions: Directions
  ours: Values
  oursAt: Date
  theirs: Values
  /** When theirs was changed last, by their clock. */
  theirsAt: Date
  shadow: Shadow
  /** When theirs had been changed last as far as we knew, by their clock: mostly by what we wrote. */
  knownAt: Date | null
}

/** That both sides changed the same: the later one was kept. */
export interface Conflict {
  key: string
  kept: CrmValue
  lost: CrmValue
  /** Whose value was lost. */
  from: 'ours' | 'theirs'
}

/** What comes of reading theirs. */
export interface Taken {
  /** What ours becomes; lists as a whole. */
  apply: Values
  /** What both sides have in common when that is done. What ours changed stands out against it, and is pushed. */
  shadow: Shadow
  conflicts: Conflict[]
}

/**
 * Takes in what was read there. What only they changed is applied; what both changed goes to the later one; lists are merged as sets.
 * What they made of our own writes is no change.
 */
export function takeTheirs(sides: Sides): Taken {
  const { shadow } = sides
  const taken: Taken = {
    apply: {},
    shadow: { ours: { ...shadow.ours }, theirs: { ...shadow.theirs } },
    conflicts: [],
  }
  for (const [key, direction] of sides.directions) {
    if (isList(sides, key)) takeList(sides, key, direction, taken)
    else takeValue(sides, key, direction, taken)
  }
  return taken
}

/** What both sides have in common once `taken` was applied: what ours really became, as it may spell it otherwise or refuse it. */
export function noteApplied(before: Shadow, taken: Taken, ours: Values): Shadow {
  const common = { ...taken.shadow.ours }
  for (const key of Object.keys(taken.apply)) {
    const now = ours[key]
    const value = taken.shadow.ours[key]
    if (!Array.isArray(value)) common[key] = now ?? null
    // What ours did not take up is not something that ours took away.
    else common[key] = union(intersection(value, listOf(now)), intersection(value, listOf(before.ours[key])))
  }
  return { ...taken.shadow, ours: common }
}

/** What is to be written there. */
export interface Outgoing {
  values: Values
  addTags: string[]
  removeTags: string[]
}

/** What ours changed since both sides were last seen together. */
export function changesToPush({ directions, ours, shadow }: Pick<Sides, 'directions' | 'ours' | 'shadow'>): Outgoing {
  const outgoing: Outgoing = { values: {}, addTags: [], removeTags: [] }
  for (const [key, direction] of directions) {
    if (direction === 'pull' || ours[key] === undefined) continue
    const [now, before] = [ours[key], shadow.ours[key]]
    if (key === 'tags') {
      outgoing.addTags = without(listOf(now), listOf(before))
      outgoing.removeTags = without(listOf(before), listOf(now))
    } else if (Array.isArray(now) || Array.isArray(before)) {
      const theirs = listOf(shadow.theirs[key])
      const wanted = without(union(theirs, without(listOf(now), listOf(before))), without(listOf(before), listOf(now)))
      if (!isAlike(wanted, theirs)) outgoing.values[key] = wanted
    } else if (!isSame(now, before)) outgoing.values[key] = now!
  }
  return outgoing
}

export function isNothing({ values, addTags, removeTags }: Outgoing): boolean {
  return Object.keys(values).length + addTags.length + removeTags.length === 0
}

/** What both sides have in common once `outgoing`, made of these values of ours, was written; `made`: by a new record. */
export function noteWritten(
  { directions, ours, shadow }: Pick<Sides, 'directions' | 'ours' | 'shadow'>,
  outgoing: Outgoing,
  made: boolean,
): Shadow {
  const noted: Shadow = {
    ours: { ...shadow.ours },
    theirs: { ...shadow.theirs },
    unseen: { ...shadow.unseen },
    written: [],
    ...((made || shadow.fresh) && { fresh: true }),
  }
  for (const [key, direction] of directions) {
    if ((direction === 'pull' && !made) || ours[key] === undefined) continue
    noted.ours[key] = ours[key]
    const written = key === 'tags' ? tagsAfter(shadow, outgoing) : outgoing.values[key]
    if (written === undefined) continue
    noted.theirs[key] = written
    noted.written!.push(key)
    noted.unseen![key] = Array.isArray(written) ? without(written, listOf(shadow.theirs[key])) : written
  }
  return noted
}

function tagsAfter(shadow: Shadow, { addTags, removeTags }: Outgoing): string[] | undefined {
  if (addTags.length + removeTags.length === 0) return undefined
  return without(union(listOf(shadow.theirs.tags), addTags), removeTags)
}

function isList({ ours, theirs, shadow }: Sides, key: string): boolean {
  return [ours[key], theirs[key], shadow.ours[key], shadow.theirs[key]].some(Array.isArray) || key === 'tags'
}

function takeValue(sides: Sides, key: string, direction: Direction, { apply, shadow, conflicts }: Taken): void {
  const ours = sides.ours[key] ?? null
  const theirs = sides.theirs[key] ?? null
  shadow.theirs[key] = theirs
  if (direction === 'push' || !haveTheyChanged(sides, key, theirs)) return
  const haveWe = sides.ours[key] !== undefined && !isSame(ours, sides.shadow.ours[key])
  if (haveWe && isAlike(ours, theirs)) {
    shadow.ours[key] = ours
    return
  }
  const both = haveWe && direction === 'both'
  // Ours stands out against theirs from now on, whatever it was before.
  shadow.ours[key] = theirs
  if (both && isLater(sides.oursAt, sides.theirsAt)) {
    conflicts.push({ key, kept: ours, lost: theirs, from: 'theirs' })
    return
  }
  if (isSame(ours, theirs)) return
  apply[key] = theirs
  if (both) conflicts.push({ key, kept: theirs, lost: ours, from: 'ours' })
}

function haveTheyChanged(sides: Sides, key: string, theirs: CrmValue): boolean {
  const { shadow } = sides
  const before = shadow.theirs[key]
  if (shadow.fresh && before === undefined) return !isAsKnown(sides) && !isAlike(theirs, null)
  if (shadow.unseen?.[key] === undefined) return !isSame(theirs, before)
  const mayBeOurs = isOursStill(sides, key) && (isAlike(theirs, null) || isCutFrom(theirs, before))
  return !isAlike(theirs, before) && !mayBeOurs
}

/** Nobody changed the record since we last knew it. */
function isAsKnown({ theirsAt, knownAt }: Sides): boolean {
  return knownAt !== null && theirsAt <= knownAt
}

/** Nobody changed it since we wrote it. */
function isOursStill(sides: Sides, key: string): boolean {
  return isAsKnown(sides) && sides.shadow.written?.includes(key) === true
}

/** Their clocks count whole seconds: in the same second theirs counts as the later. */
function isLater(ours: Date, theirs: Date): boolean {
  return Math.floor(ours.getTime() / 1000) > Math.floor(theirs.getTime() / 1000)
}

function takeList(sides: Sides, key: string, direction: Direction, { apply, shadow }: Taken): void {
  const ours = listOf(sides.ours[key])
  const theirs = listOf(sides.theirs[key])
  const { added, removed } = listChanges(sides, key, theirs)
  shadow.theirs[key] = theirs
  if (direction === 'push') return
  shadow.ours[key] = without(union(listOf(sides.shadow.ours[key]), added), removed)
  const wanted = without(union(ours, added), removed)
  if (!isAlike(wanted, ours)) apply[key] = wanted
}

/**
 * What they put into a list and took out. What we put in and they did not take was not taken out by anybody; what they keep in words that
 * we do not know again is theirs in place of ours.
 */
function listChanges(sides: Sides, key: string, theirs: string[]) {
  const { shadow } = sides
  const before = listOf(shadow.theirs[key])
  if (shadow.fresh && shadow.theirs[key] === undefined && isAsKnown(sides)) return { added: [], removed: [] }
  const missing = without(before, theirs)
  const added = without(theirs, before)
  const notTaken = isOursStill(sides, key) && added.length === 0 ? listOf(shadow.unseen?.[key]) : []
  const removed = without(missing, notTaken)
  return { added, removed }
}

function intersection(list: readonly string[], other: readonly string[]): string[] {
  return without(list, without(list, other))
}
