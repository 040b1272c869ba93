import type { z } from 'zod'
import { addLabels } from '../../contacts/add-labels.ts'
import { addNote } from '../../contacts/add-note.ts'
import { removeLabels } from '../../contacts/remove-labels.ts'
import { updateContact } from '../../contacts/update-contact.ts'
import { createDeal } from '../../crm/create-deal.ts'
import { getDeal } from '../../crm/get-deal.ts'
import { moveDeal } from '../../crm/move-deal.ts'
import { updateDeal } from '../../crm/update-deal.ts'
import { runTogether } from '../../platform/database/statement.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import type { ActionName, Actions, FlowPoint } from '../actions.ts'
import { dialogueOf, knownDialogue, say } from './dialogue.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/** What a step has done, for its trace. */
export type StepRecord = Record<string, unknown>

/** What a step asks of the mover, which alone knows the other runs. */
export interface RunControl {
  startFlow(point: FlowPoint): Promise<void>
  stopFlow(point: FlowPoint): Promise<number>
}

/**
 * The actions of one step, bound to its run and to the transaction; each notes in `record` what it did. Those that write at
 * once call `guard` before, so that a step that fails later can be taken back.
 */
export function stepActions(
  context: ThreadContext,
  state: RunState,
  blockId: string,
  record: StepRecord,
  control: RunControl,
  guard: () => Promise<void>,
): Actions {
  const { tx, writes } = context
  const work: WorkContext = {
    projectId: state.run.projectId,
    now: context.now,
    by: { kind: 'flow', runId: state.run.id },
  }
  let typing = false

  const contactId = (): number => {
    const id = state.run.contactId ?? context.sender?.id
    if (id === undefined)
      throw new AppError(
        'unsupported',
        'This run is of a group, and no contact has moved it here; expected one to work on.',
      )
    return id
  }
  const dealId = (): number => {
    if (!state.deal)
      throw new AppError('not_found', 'The run has no current deal; expected a block before this one that creates it.')
    return state.deal.deal.id
  }
  /** What the message brought of the contact is written first, so that the step lays its own over it. */
  const guardContact = async (): Promise<void> => {
    await runTogether(tx, [writes.takeContact(contactId())])
    await guard()
  }
  const rereadDeal = async (): Promise<void> => {
    state.deal = await getDeal(tx, work.projectId, dealId())
  }

  return {
    async say(content) {
      if (!state.run.conversationId || state.run.conversationId !== context.thread.conversation?.id) await guard()
      const message = say(context, await dialogueOf(context, state), { runId: state.run.id, blockId }, content, typing)
      typing = false
      append(
        record,
        'said',
        message.text === '' ? (content.parts ?? []).map((part) => part.type).join(', ') : message.text,
      )
    },
    async showTyping() {
      typing = true
    },
    async setContact(fields, attributes) {
      await guardContact()
      const contact = await updateContact(tx, work, { contactId: contactId(), fields, attributes, defineMissing: true })
      keepContact(context, contact)
      merge(record, 'contact', { ...fields, ...attributes })
    },
    async addLabels(labels) {
      await guardContact()
      keepContact(context, await addLabels(tx, work, { contactId: contactId(), labels }))
      append(record, 'labelsAdded', ...labels)
    },
    async removeLabels(labels) {
      await guardContact()
      keepContact(context, await removeLabels(tx, work, { contactId: contactId(), labels }))
      append(record, 'labelsRemoved', ...labels)
    },
    async addNote(text) {
      await guard()
      await addNote(tx, work, {
        contactId: contactId(),
        conversationId: state.run.conversationId,
        dealId: state.deal?.deal.id,
        text,
      })
      append(record, 'notes', text)
    },
    async setVariables(variables) {
      state.run.variables = { ...state.run.variables, ...variables }
      merge(record, 'variables', variables)
    },
    async setDealVariables(variables) {
      await guard()
      await updateDeal(tx, work, { dealId: dealId(), variables: asJson(variables) })
      await rereadDeal()
      merge(record, 'dealVariables', variables)
    },
    async createDeal(input) {
      await guard()
      const deal = await createDeal(tx, work, {
        ...input,
        variables: asJson(input.variables),
        contactId: contactId(),
        conversationId: state.run.conversationId,
      })
      state.deal = await getDeal(tx, work.projectId, deal.id)
      state.run.dealId = deal.id
      if (deal.sendingChannelId) state.run.sendingChannelId = deal.sendingChannelId
      if (state.run.conversationId) writes.conversation(state.run.conversationId).dealId = deal.id
      record.deal = { id: deal.id, number: deal.number, name: deal.name }
      return deal
    },
    async moveDeal(input) {
      await guard()
      const deal = await moveDeal(tx, work, { dealId: dealId(), ...input })
      await rereadDeal()
      record.stage = input.stage
      return deal
    },
    async startFlow(point) {
      await guard()
      await control.startFlow(point)
      append(record, 'started', point)
    },
    async stopFlow(point) {
      const count = await control.stopFlow(point)
      append(record, 'stopped', { ...point, branches: count })
      return count
    },
    async handOver() {
      await guard()
      const dialogue = await knownDialogue(context, state)
      if (dialogue) {
        dialogue.conversation.mode = 'manual'
        writes.conversation(dialogue.conversation.id).mode = 'manual'
        writes.changes.push({
          projectId: work.projectId,
          kind: 'conversation.mode_changed',
          contactId: state.run.contactId,
          conversationId: dialogue.conversation.id,
          dealId: state.deal?.deal.id ?? null,
          data: { mode: 'manual', by: work.by },
          at: context.now,
        })
      }
      if (state.deal) {
        await updateDeal(tx, work, { dealId: dealId(), manual: true })
        await rereadDeal()
      }
      record.handedOver = true
    },
  }
}

/** Only what a block asked for. */
export function pickActions(actions: Actions, needs: readonly ActionName[]): Pick<Actions, ActionName> {
  return Object.fromEntries(needs.map((name) => [name, actions[name]])) as unknown as Actions
}

/** Values as JSON holds them: a flow's variables may come from anywhere. */
function asJson(variables: Record<string, unknown>): Record<string, z.core.util.JSONType> {
  return JSON.parse(JSON.stringify(variables))
}

/** The contact's new state is what the following steps see, and the following messages of the batch. */
function keepContact(context: ThreadContext, contact: NonNullable<ThreadContext['sender']>): void {
  for (const known of [context.sender, context.thread.contact])
    if (known?.id === contact.id) Object.assign(known, contact)
}

function append(record: StepRecord, name: string, ...values: unknown[]): void {
  record[name] = [...((record[name] as unknown[] | undefined) ?? []), ...values]
}

function merge(record: StepRecord, name: string, values: Record<string, unknown>): void {
  record[name] = { ...((record[name] as Record<string, unknown> | undefined) ?? {}), ...values }
}
