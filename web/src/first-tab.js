// What a newcomer sees: operations that work on a fresh server, in the order they are needed.
// Arguments are written out: GraphiQL does not show the variables of a default tab.

const query = `# Welcome to Shotify. Put the cursor into an
# operation and press Ctrl-Enter.
#
# 1. Run Register and open the link of its mail
#    (in development: /dev/mailbox).
# 2. Run SignIn. From then on the session's cookie and
#    its X-CSRF-Token are sent along by themselves.
#    The tab "Headers" below can set another token.
# 3. After reloading this page run Refresh once,
#    which fetches a new X-CSRF-Token.
#
# Files cannot be sent from here: uploads are
# multipart requests to /query.

query Welcome {
  me {
    id
    username
    email
    role
  }
}

mutation Register {
  registerUser(
    input: {
      username: "ada"
      email: "ada@example.com"
      password: "choose your own words"
    }
  ) {
    id
    username
  }
}

mutation SignIn {
  login(
    input: {
      email: "ada@example.com"
      password: "choose your own words"
    }
  )
}

mutation Refresh {
  refresh
}

query Gallery {
  searchImages(first: 10, orderBy: NEWEST) {
    nodes {
      id
      title
      thumbnailUrl
      forSale
      finalPrice
      currency
      user {
        username
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

export const firstTab = { query };
