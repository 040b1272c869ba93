import { findContacts } from '../../contacts/contacts.store.ts'
import { findDeals } from '../../crm/deals.store.ts'
import type { Caller } from '../../flows/engine/call-out.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { type AskPushParts, askPush } from '../exchange/ask-push.ts'
import { linksOfSubjects } from '../exchange/links.store.ts'
import type { PushResult, Wanted } from '../exchange/wanted.ts'
import { readOurSide } from '../mapping/our-side.store.ts'
import type { MappedIntegration } from '../mapping/our-side.ts'
import { conversationText } from './conversation-text.ts'
import type { CrmRequest } from './crm-request.ts'
import { integrationNamed, type NamedIntegration } from './named-integrations.store.ts'
import { channelOf, lastSayings } from './sayings.store.ts'
import type { DealThere } from './stage-named.ts'
import { wantedThere } from './wanted-there.ts'

/** A run waits so long for another CRM, in milliseconds; what was asked for goes on after that. */
const patienceMs = 60_000
/** A note of the conversation so far tells at most so many messages. */
const mostMessages = 100

/** Brings what blocks ask for to other CRMs, and waits until it is there: gives the ids there. */
export function crmCaller(parts: AskPushParts): Caller {
  const { db } = parts
  return async (asked, signal, key): Promise<PushResult> => {
    const request = asked as CrmRequest
    const { entity } = request.subject
    const subject = await findSubject(db, request.subject)
    const integration = await integrationNamed(db, subject.projectId, request.integration)
    if (!integration) throw new AppError('not_found', `The project has no integration "${request.integration}".`)
    if (!integration.enabled) {
      throw new AppError('conflict', `The integration "${integration.name}" is switched off; switch it on.`)
    }
    const { projectId } = integration
    const wanted = await readWanted(db, integration, request, subject)
    const push = { projectId, integrationId: integration.id, entity, subjectId: subject.id, key: `run:${key}`, wanted }
    return askPush(parts, push, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]))
  }
}

/** Something of ours with what tells where it belongs there. */
interface Subject {
  /** Of a merged contact: that of the one that took it in. */
  id: number
  projectId: number
  /** Of a deal: the pipeline there, by id, that the mapping of an integration says. */
  mappedPipeline(integration: MappedIntegration): string | undefined
}

async function findSubject(db: Queryable, { entity, id }: CrmRequest['subject']): Promise<Subject> {
  if (entity === 'deal') {
    const [found] = await findDeals(db, [id])
    if (!found) throw new AppError('gone', `Deal ${id} was deleted.`)
    const { spot, pipeline } = found.place
    const mappedPipeline = ({ mapping }: MappedIntegration) =>
      mapping.pipelines.find((one) => one.spot === spot.name && one.pipeline === pipeline.name)?.theirs
    return { id, projectId: found.deal.projectId, mappedPipeline }
  }
  const contact = (await findContacts(db, [id])).get(id)
  if (!contact) throw new AppError('gone', `Contact ${id} was deleted.`)
  return { id: contact.id, projectId: contact.projectId, mappedPipeline: () => undefined }
}

async function readWanted(
  db: Queryable,
  { lists, ...integration }: NamedIntegration,
  { written, tags, note, task, subject: { entity } }: CrmRequest,
  subject: Subject,
): Promise<Wanted> {
  if (!lists) {
    throw new AppError('conflict', `The integration "${integration.name}" was never connected; connect it first.`)
  }
  const side = await readOurSide(db, integration.projectId)
  const deal = entity === 'deal' ? await dealThere(db, { lists, ...integration }, subject) : nowhere
  const { values, taskResponsible, faults } = wantedThere({ lists, ...integration }, side, written, deal)
  if (faults.length > 0) {
    const told = faults.map(({ path, message }) => `${path}: ${message}`).join('; ')
    throw new AppError('invalid', `The integration "${integration.name}" cannot be given this: ${told}`, { faults })
  }
  const text = await noteText(db, integration.projectId, note, side.locale.timeZone)
  return {
    values,
    ...(tags.length > 0 && { addTags: tags }),
    ...(text !== undefined && { note: text }),
    ...(task && { task: { ...task, ...(taskResponsible !== undefined && { responsible: taskResponsible }) } }),
  }
}

const nowhere: DealThere = { pipelineId: undefined, isThere: false }

async function dealThere(db: Queryable, integration: NamedIntegration, subject: Subject): Promise<DealThere> {
  const link = (await linksOfSubjects(db, integration.id, 'deal', [subject.id])).get(subject.id)
  const stage = link?.shadow.theirs.stage
  const pipelineId = typeof stage === 'string' ? stage.split('/')[0] : subject.mappedPipeline(integration)
  return { pipelineId, isThere: link !== undefined && !link.shadow.gone }
}

async function noteText(
  db: Queryable,
  projectId: number,
  note: CrmRequest['note'],
  timeZone: string,
): Promise<string | undefined> {
  if (!note || 'text' in note) return note?.text
  const sayings = await lastSayings(db, { projectId, conversationId: note.conversation, limit: mostMessages })
  const channel = await channelOf(db, projectId, note.conversation)
  return sayings.length === 0 ? undefined : conversationText(sayings, { channel: channel ?? 'Conversation', timeZone })
}
