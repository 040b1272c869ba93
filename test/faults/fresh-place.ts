import { inject } from 'vitest'
import { embeddedPlace, type Place, postgresPlace } from './place.ts'

/** A place of the kind that the suite runs on. */
export function freshPlace(): Promise<Place> {
  const prepared = inject('database')
  return prepared.kind === 'embedded' ? embeddedPlace(prepared.archive) : postgresPlace(prepared.url, prepared.template)
}
