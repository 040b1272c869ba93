import type { CrmWrite } from '../crm.ts'
import type { MappedEntity } from '../mapping/our-side.ts'
import type { Batch } from './batch.ts'
import { directionsFor, markerOf } from './exchange.ts'
import { changesToPush, isNothing, noteWritten, type Outgoing } from './merge-values.ts'
import type { CrmPush } from './push.ts'
import { nothingShared, type Shadow } from './shadow.ts'
import { valuesWithTags } from './take-in.ts'

/** A contact or deal as it goes there, and what both sides have in common when it arrived. */
export interface Prepared {
  write: CrmWrite
  shadow: Shadow
  /** Nothing of it changed: it need not be written. */
  isNothing: boolean
}

/** What is to be written of a contact or deal: what ours changed, or everything of a new one, and above that what the push itself wants. */
export function prepare(batch: Batch, entity: MappedEntity, subjectId: number, push: CrmPush): Prepared {
  const { exchange } = batch
  const [subjects, links] = entity === 'contact' ? [batch.contacts, batch.contactLinks] : [batch.deals, batch.dealLinks]
  const link = links.get(subjectId)
  const isNew = !link || link.shadow.gone === true
  const sides = {
    directions: directionsFor(exchange, entity, push.key !== null),
    ours: valuesWithTags(subjects.get(subjectId)!),
    shadow: isNew ? nothingShared : link.shadow,
  }
  const isOwn = push.entity === entity && push.subjectId === subjectId
  const outgoing = isOwn ? withWanted(changesToPush(sides), push) : changesToPush(sides)
  const { values, addTags, removeTags } = outgoing
  const { tags } = exchange.adapter.abilities()
  return {
    write: {
      marker: markerOf(exchange, entity, subjectId),
      ...(!isNew && { id: link.externalId }),
      values,
      ...(tags && addTags.length > 0 && { addTags }),
      ...(tags && removeTags.length > 0 && { removeTags }),
    },
    shadow: noteWritten(sides, outgoing, isNew),
    isNothing: isNothing(outgoing),
  }
}

function withWanted(outgoing: Outgoing, { wanted }: CrmPush): Outgoing {
  if (!wanted) return outgoing
  return {
    values: { ...outgoing.values, ...wanted.values },
    addTags: [...new Set([...outgoing.addTags, ...(wanted.addTags ?? [])])],
    removeTags: outgoing.removeTags.filter((tag) => !wanted.addTags?.includes(tag)),
  }
}
