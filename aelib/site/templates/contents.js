document.querySelector(".contents details").open = matchMedia("(min-width: 68rem)").matches;
