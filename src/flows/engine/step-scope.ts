import { contactScope } from '../../contacts/contact.ts'
import { dealScope } from '../../crm/deal.ts'
import { renderHtml, renderJson, renderMarkup, renderText, renderUrl } from '../../platform/templates.ts'
import type { Renderers } from '../renderers.ts'
import type { Scope } from '../scope.ts'
import { contactOf, speakerScope } from './speaker.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/** What the placeholders of a step see. */
export function stepScope(context: ThreadContext, state: RunState): Scope {
  const { thread, reply, project } = context
  const contact = contactOf(context, state)
  return {
    contact: contact ? contactScope(contact) : {},
    sender: speakerScope(context),
    deal: state.deal ? dealScope(state.deal.deal, state.deal.place) : {},
    run: state.run.variables,
    project: project.variables,
    message: reply
      ? { text: reply.text, id: reply.id, at: reply.at.toISOString(), addresses_bot: reply.addressesBot ?? true }
      : {},
    conversation: thread.conversation
      ? {
          id: thread.conversation.id,
          title: thread.conversation.title,
          kind: thread.conversation.kind,
          mode: thread.conversation.mode,
        }
      : {},
    trigger: state.run.cause?.trigger ?? {},
    now: context.now.toISOString(),
  }
}

/** What fills in the placeholders of a step's texts, with moments on the contact's clock. */
export function stepRenderers({ thread, project }: ThreadContext, scope: Scope): Renderers {
  const timeZone = thread.contact?.timeZone ?? project.settings.timeZone
  return {
    render: (template, more) => renderText(template, { ...scope, ...more }, timeZone),
    renderMarkup: (template, more) => renderMarkup(template, { ...scope, ...more }, timeZone),
    renderHtml: (template) => renderHtml(template, scope, timeZone),
    renderUrl: (template) => renderUrl(template, scope, timeZone),
    renderJson: (value) => renderJson(value, scope, timeZone),
  }
}
