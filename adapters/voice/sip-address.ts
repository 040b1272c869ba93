/** The SIP address of a number at a server: `sip:100@pbx.example.com:5060;transport=tcp`. Both were checked before. */
export function sipAddress(phone: string, server: string, transport: string | undefined): string {
  return `sip:${phone.replaceAll('#', '%23')}@${server}${transport ? `;transport=${transport}` : ''}`
}
