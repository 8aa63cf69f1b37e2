"""Generated data sets, one package or module each; `data_sets` names them."""
