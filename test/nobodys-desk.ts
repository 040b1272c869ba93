import type { OperatorDesk } from '../src/conversations/operator-desk.ts'
import { AppError } from '../src/platform/errors.ts'

const refuse = async () => {
  throw new AppError('not_found', 'This project has no operators.')
}

/** The desk of a project that has neither operators nor conversations. */
export const nobodysDesk: OperatorDesk = {
  knows: async () => false,
  operatorOf: async () => undefined,
  operators: async () => [],
  conversations: async () => [],
  places: async () => [],
  conversationIn: async () => undefined,
  isMirrored: async () => false,
  link: refuse,
  conversation: refuse,
  card: refuse,
  takeOver: refuse,
  giveBack: refuse,
  assign: refuse,
  addNote: refuse,
  addLabels: refuse,
  createDeal: refuse,
  createTask: refuse,
  reply: refuse,
  editReply: refuse,
}
