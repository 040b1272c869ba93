/** Where scripts with these functions come from. */
export const field = 'Salebot, MaviBot'
/** Functions that are listed there without a description: what they do here follows from their names. */
export const fieldByName = 'Salebot (only the name is documented there)'
export const python = 'Python'
export const own = 'Parley'
