/** The steps of a call that its thread tells, in the order in which they usually come. */
export const callEvents = [
  'incoming',
  'initiated',
  'ringing',
  'answered',
  'digits',
  'speech',
  'recording',
  'completed',
  'missed',
  'busy',
  'no_answer',
  'canceled',
  'failed',
] as const
export type CallEvent = (typeof callEvents)[number]

const behindTheEnd: readonly string[] = ['recording', 'completed', 'missed', 'busy', 'no_answer', 'canceled', 'failed']

/** Whether nobody is on the line any more when this step is told. */
export function isOver(event: string): boolean {
  return behindTheEnd.includes(event)
}
