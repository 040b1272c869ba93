import type { BlockDefinition, BlockRegistry } from '../block.ts'
import { addLabels } from './add-labels.ts'
import { addToSalesPlan } from './add-to-sales-plan.ts'
import { ask } from './ask.ts'
import { assignOperator } from './assign-operator.ts'
import { calculator } from './calculator.ts'
import { condition } from './condition.ts'
import { createDeal } from './create-deal.ts'
import { createEmailSubscriber } from './create-email-subscriber.ts'
import { createGroup } from './create-group.ts'
import { createTask } from './create-task.ts'
import { delay } from './delay.ts'
import { distribute } from './distribute.ts'
import { doneTask } from './done-task.ts'
import { externalRequest } from './external-request/external-request.ts'
import { handOver } from './hand-over.ts'
import { markUnread } from './mark-unread.ts'
import { mentionUser } from './mention-user.ts'
import { message } from './message.ts'
import { moveDeal } from './move-deal.ts'
import { note } from './note.ts'
import { release } from './release.ts'
import { removeLabels } from './remove-labels.ts'
import { sendEmail } from './send-email.ts'
import { setDealStatus } from './set-deal-status.ts'
import { setFields } from './set-fields.ts'
import { startFlow } from './start-flow.ts'
import { stopFlow } from './stop-flow.ts'
import { switchBlock } from './switch.ts'
import { voiceCall } from './voice-call.ts'

/** The blocks that need only what lies below flows, by type; modules above add theirs by `[...blocks, ...theirs]`. */
export const blocks: BlockRegistry = new Map(
  [
    message,
    ask,
    delay,
    condition,
    switchBlock,
    calculator,
    setFields,
    addLabels,
    removeLabels,
    externalRequest,
    createDeal,
    moveDeal,
    createGroup,
    mentionUser,
    setDealStatus,
    createTask,
    doneTask,
    addToSalesPlan,
    startFlow,
    stopFlow,
    handOver,
    distribute,
    assignOperator,
    release,
    markUnread,
    note,
    sendEmail,
    createEmailSubscriber,
    voiceCall,
  ].map((definition): [string, BlockDefinition] => [definition.type, definition]),
)
